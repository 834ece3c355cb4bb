"""All of the corpus, by name: importing the modules fills the table."""

from __future__ import annotations

import nets_fields as nets_fields
import nets_papers as nets_papers
import nets_transfer as nets_transfer
import nets_tutorials as nets_tutorials
from nets import NETS as NETS
