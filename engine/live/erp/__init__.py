"""What Procore's ERP Integrations tool asks for with ids alone: unlink, link, merge, reset, delete, stage.

Requests that carry a record go through its mapping (`live/accepted`). Each theme here has a table, name of a
request → what is done, and `table` brings them together. Before: `read/requests`. After: `write/close`.
"""
