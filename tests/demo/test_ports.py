"""Where the demonstration listens."""

import socket
from collections.abc import Iterator

import pytest

from demo.ports import Trouble, choose_ports
from tests.servers import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free() -> dict[str, str]:
    """Three ports that nobody listens on."""
    return {name: str(free_port()) for name in ("PORT", "OUTLET_PORT", "VALKEY_PORT")}


def test_the_environment_chooses_each_port(free: dict[str, str]) -> None:
    assert choose_ports(free) == {name: int(port) for name, port in free.items()}


def test_a_taken_port_is_named_with_its_purpose_and_another_is_offered_that_is_free(free: dict[str, str], taken: int) -> None:
    with pytest.raises(Trouble) as trouble:
        choose_ports({**free, "OUTLET_PORT": str(taken)})
    first, second = str(trouble.value).splitlines()
    assert first == f"Port {taken}, for the demo outlet, cannot be had: another program listens there."
    assert second.startswith("Choose another:  make run OUTLET_PORT=")
    assert choose_ports({**free, "OUTLET_PORT": second.rpartition("=")[2]})


def test_all_taken_ports_are_named_at_once(free: dict[str, str], taken: int) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        other = listener.getsockname()[1]
        with pytest.raises(Trouble) as trouble:
            choose_ports({**free, "PORT": str(taken), "VALKEY_PORT": str(other)})
    assert f"Port {taken}, for the site," in str(trouble.value)
    assert f"Port {other}, for Valkey," in str(trouble.value)
    assert "make run PORT=" in str(trouble.value)
    assert " VALKEY_PORT=" in str(trouble.value)


def test_a_port_that_was_just_given_up_can_be_had_again(free: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(free["PORT"]))) as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        accepted.close()  # the side that closes first keeps the port in TIME_WAIT
        client.close()
    assert choose_ports(free)["PORT"] == int(free["PORT"])


@pytest.mark.parametrize("value", ["0", "65536", "80x", "-1", "8000.0", "٨٠٠٠"])
def test_what_is_no_port_number_is_refused_with_an_example(free: dict[str, str], value: str) -> None:
    with pytest.raises(Trouble, match=f"PORT is '{value}'; write a port number from 1 to 65535, as in: make run PORT=8001"):
        choose_ports({**free, "PORT": value})


def test_two_listeners_cannot_share_a_port(free: dict[str, str]) -> None:
    with pytest.raises(Trouble, match="must differ"):
        choose_ports({**free, "OUTLET_PORT": free["PORT"]})


def test_an_empty_choice_is_no_choice(free: dict[str, str]) -> None:
    ports = choose_ports({**free, "VALKEY_PORT": free["VALKEY_PORT"], "PORT": free["PORT"]})
    assert ports["VALKEY_PORT"] != 6390 or free["VALKEY_PORT"] == "6390"
