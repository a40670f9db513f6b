"""Help after an injection, and where a clinic does not show the vial: for everyone, without an account."""

from service.web.public.patient_help.views import patient_help

__all__ = ["patient_help"]
