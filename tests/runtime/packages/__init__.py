"""What the analysis says of the layers and models of a package, against what they do when they run.

`python -m tests.runtime.packages NAME==VERSION` makes an environment for the package, objects of its classes with small
arguments, and a module with hosts for each: models that hold the object, with and without the flag. A worker in the
environment traces them; the analysis reads the same modules, and each traced layer call is compared with what it says.
"""
