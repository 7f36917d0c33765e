"""Awards."""


def test_it(installation, write_down):
    installation.start_workers(2)
    installation.course.complete(20)
    installation.wait_until_done()
    write_down("none", installation.check_everything())
