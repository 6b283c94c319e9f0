"""How a database comes to the schema that this program knows; run when a store is opened."""
