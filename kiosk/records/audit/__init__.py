"""Who decided what: the book, its seal, and reading it."""
