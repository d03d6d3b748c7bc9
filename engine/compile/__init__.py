"""The typed tree into functions, twice: closures (the plain reading) and generated source."""
