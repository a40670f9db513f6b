"""Signing in: sessions, single sign-on, unfinished sign-ins, throttling of wrong guesses."""
