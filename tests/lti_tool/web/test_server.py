"""The server of the demo closes what it has sent."""

from lti_tool.web.server import close_responses


class Body:
    """The body of a WSGI response: an iterable that can be closed."""

    closed = False

    def __iter__(self):
        return iter([b"one", b"two"])

    def close(self):
        self.closed = True


def read_body(app):
    return close_responses(app)({}, lambda *_: None)


def test_a_response_that_was_read_is_closed():
    body = Body()
    assert list(read_body(lambda *_: body)) == [b"one", b"two"]
    assert body.closed


def test_a_response_whose_client_went_away_is_closed():
    body = Body()
    reading = read_body(lambda *_: body)
    assert next(reading) == b"one"
    assert not body.closed
    reading.close()
    assert body.closed


def test_a_response_may_have_nothing_to_close():
    assert list(read_body(lambda *_: [b"one"])) == [b"one"]
