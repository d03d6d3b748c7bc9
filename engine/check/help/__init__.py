"""The pages of the catalogue, by family. Plain data; `catalog` puts them together."""
