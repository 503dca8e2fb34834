"""Accounts, positions, deputies, the tree and its schools: every change with who, whom, when and why."""
