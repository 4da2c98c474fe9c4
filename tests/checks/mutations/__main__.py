"""Every mutant with who finds it, for whoever writes rules: `python -m tests.checks.mutations`."""

import sys

from tests.checks.mutations.test_mutants import judge_all

if __name__ == "__main__":
    found, failures = judge_all()
    lines = (f"{rule or 'SURVIVES'}\t{key}\n" for key, rule in sorted(found.items()))
    sys.stdout.writelines(lines)
    sys.stderr.writelines(f"{failure}\n" for failure in failures)
