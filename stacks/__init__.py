"""One CloudFormation stack per module; thin: compose, connect, expose."""
