"""Honest oddities that resemble several typologies at once, one situation a file."""
