"""The page cache: whole answers for readers, first in line, kept until anything changes that readers may see.

`shown` says which rows readers see, `watching` notices every statement that writes them, `generation` tells all processes at
once, `store` holds what was answered, `keys` decides who may be answered from it and `middleware` does.
"""
