"""The proof as pages: what is said once (`story`), drawn once (`plots`), written as HTML and as Markdown (`write`)."""
