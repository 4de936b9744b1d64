"""What is known after a service did not answer: did the message leave?"""

import requests

# Raised before anything was handed over, as urllib3 names them.
NOT_REACHED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


def never_left(error):
    """True when the request certainly did not reach the service.

    :param error: what core raised; the cause is in its context
    """
    cause = error.__cause__ or error.__context__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    if isinstance(cause, requests.exceptions.ConnectionError):
        return any(name in repr(cause) for name in NOT_REACHED)
    return False
