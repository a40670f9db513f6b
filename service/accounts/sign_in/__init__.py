"""Signing in: sessions, single sign-on, pending sign-ins, throttling of wrong guesses."""
