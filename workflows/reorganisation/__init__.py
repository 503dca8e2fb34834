"""Trợ lý sắp xếp tổ chức: a plan of changes of the tree, what goes with each, approved by a second person and
carried out in steps, with the open cases.
"""
