"""Pages for people: investigators, departments, auditors, data scientists, administrators, recipients.

A page is `pages/<page>.py` (what it shows as a frozen dataclass, an example, its routes), `<page>.html` (the template,
which sees nothing else) and `<page>.toml` (its words, Chinese and English side by side). See `README.md`.
"""
