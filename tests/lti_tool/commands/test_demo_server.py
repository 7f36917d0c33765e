"""What the demonstration does beyond the product."""

from lti_tool.web.server import closing


class Answer:
    """The body of an answer, as WSGI has it: something to go through, and to close."""

    closed = False

    def __iter__(self):
        return iter([b"one", b"two"])

    def close(self):
        self.closed = True


def answer_of(app):
    return closing(app)({}, lambda *_: None)


def test_closing_closes_an_answer_that_was_read():
    body = Answer()
    assert list(answer_of(lambda *_: body)) == [b"one", b"two"]
    assert body.closed


def test_closing_closes_an_answer_whose_reader_has_gone():
    body = Answer()
    reading = answer_of(lambda *_: body)
    assert next(reading) == b"one"
    assert not body.closed
    reading.close()
    assert body.closed


def test_closing_takes_an_answer_with_nothing_to_close():
    assert list(answer_of(lambda *_: [b"one"])) == [b"one"]
