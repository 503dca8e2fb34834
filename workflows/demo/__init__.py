"""The demonstration province: real communes, invented schools, invented people."""

from workflows.demo.building import build
from workflows.demo.small import small_world
from workflows.demo.world import NOTICE, PASSWORD, Account, School, World

__all__ = ["NOTICE", "PASSWORD", "Account", "School", "World", "build", "small_world"]
