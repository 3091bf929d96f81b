"""The dossier of a case: a Word document in Chinese, with its drawings as shapes that can be edited and need no font of
ours. `facts` says what it holds, `write` makes it, `pages/case_dossier.py` gives it out."""
