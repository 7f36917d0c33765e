"""The editor: teachers and the institution write templates here, in four short steps, and publish them.

* fields    the one table of all that can be written, and in which step
* forms     what somebody typed, made into a template's JSON; what is wrong with it, field by field
* author      who sits here, and whose templates they may touch
* library   the list of templates, and what can be done with a whole one
* writing   the four steps, saved as often as one likes
* checking  the quality report, and publishing
"""
