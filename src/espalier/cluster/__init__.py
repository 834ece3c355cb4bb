"""Many jobs of one kind that do not need each other: in processes of this machine, or on the workers of a Dask cluster.

A job is plain data with a digest and answers with files; `local.py` and `scheduler.py` run a list of them and give each answer
when it is there. What a job raises is its answer, too: no job ends another.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["cell", "probe"]
"""What a job does."""

KINDS: dict[Kind, str] = {
    "cell": "espalier.command.cell",
    "probe": "espalier.stages.probe",
}
"""Kind -> module whose `run(asked, told)` does it, and whose `moved(asked, where)` says what is asked with other paths; it is
imported in the job's own process."""
