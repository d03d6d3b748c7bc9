"""Reading: files into canonical records, links and what was written before.

`documents` opens, `decode` makes exact values, `recognise` tells what they are, `canonical` puts
members under their names, `assemble` makes one record of what several files say. Start with
`files.read_inputs`.
"""

from engine.read.files import Inputs, read_inputs
from engine.read.memory import load_links, load_wrote
from engine.read.recognise import Unreadable

__all__ = ["Inputs", "Unreadable", "load_links", "load_wrote", "read_inputs"]
