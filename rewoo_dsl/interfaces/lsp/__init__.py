"""The language server: what `rewoo check` knows, while a plan is written. Open `README.md` for the order of reading."""
