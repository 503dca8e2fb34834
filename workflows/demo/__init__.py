"""The demonstration province: real communes, invented schools, invented people."""
