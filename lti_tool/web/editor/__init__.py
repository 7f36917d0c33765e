"""The editor: teachers and the institution write templates here, and publish them.

* fields          the table of everything that can be written, and in which step
* forms           reads a submitted step into a template's JSON, with what is wrong in it, field by field
* messages        sentences for what is wrong
* author          whose templates the person at the editor may read and change
* template_list   the list of templates, and what can be done with a whole one
* missing         the page with which a badge begins that lacks something
* steps           the four steps
* completeness    which elements of an EU micro-credential a template has
* preview         how a draft would look
* crop            which part of an own picture is used
* confirmation    what will be signed, before a template is published
* quality_report  the quality report, and publishing
"""
