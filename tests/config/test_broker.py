import multiprocessing
from queue import Empty

import pytest
from kombu import Connection

from config import broker
from config.environment import environment

QUEUE = "bells"


@pytest.fixture
def link(tmp_path):
    settings = environment.broker("filesystem://", tmp_path)
    with Connection(settings["url"], transport_options=settings["options"]) as connection:
        yield connection


def publish(directory, count):
    settings = environment.broker("filesystem://", directory)
    with Connection(settings["url"], transport_options=settings["options"]) as connection:
        for number in range(count):
            connection.default_channel._put(QUEUE, {"number": number, "weight": "x" * 20_000})


def test_takes_messages_once_and_in_order(link):
    channel = link.default_channel
    for number in range(3):
        channel._put(QUEUE, {"number": number})

    assert [channel._get(QUEUE)["number"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        channel._get(QUEUE)


def test_leaves_messages_of_another_queue_alone(link):
    link.default_channel._put("other", {})

    with pytest.raises(Empty):
        link.default_channel._get(QUEUE)
    assert link.default_channel._size("other") == 1


def test_never_reads_a_message_that_is_still_being_written(link, tmp_path):
    writer = multiprocessing.get_context("spawn").Process(target=publish, args=(tmp_path, 300))
    writer.start()

    taken = []
    while len(taken) < 300:
        try:
            taken.append(link.default_channel._get(QUEUE)["number"])
        except Empty:
            assert writer.is_alive() or link.default_channel._size(QUEUE) or writer.exitcode == 0
    writer.join()

    assert sorted(taken) == list(range(300))


def test_celery_uses_it_for_files(link):
    assert isinstance(link.default_channel, broker.Channel)


@pytest.mark.parametrize("url", ["amqp://guest:guest@127.0.0.1:1//", "redis://127.0.0.1:1/0"])
def test_says_when_no_broker_is_there(url):
    assert broker.answers(Connection(url, connect_timeout=1), patience=1) is False
