// Nothing of its own: compiling it makes the headers that all unit tests share.
