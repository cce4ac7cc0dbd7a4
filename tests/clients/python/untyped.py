"""What the generator has no type for is what the document leaves open, and nothing else."""

import attrs
from canvass_client import models

# Any JSON, as the document says of these.
OPEN = {
    "AuditChange.new",
    "AuditChange.old",
    "Job.result",
    "RuleVersionAnswer.config",
}

# Objects whose members are named by somebody else.
MAPS = "additional_properties"


def untyped() -> set[str]:
    """The members of models that can be anything."""
    found: set[str] = set()
    for name in models.__all__:
        model = getattr(models, name)
        if attrs.has(model):
            for member in attrs.fields(model):
                if "Any" in str(member.type) and member.name != MAPS:
                    found.add(f"{name}.{member.name}")
    return found


def main() -> None:
    """Compares."""
    assert untyped() == OPEN, untyped() ^ OPEN
    assert len(models.__all__) > 200


if __name__ == "__main__":
    main()
