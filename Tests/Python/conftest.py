"""Which tests may run at the same time."""

from xdist.scheduler import LoadFileScheduling


class ByFile(LoadFileScheduling):
    """The tests of one file run one after the other, in one process; those of operator mode all in one, since they look
    among all processes of this machine for those that hold a GPU, and end them."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return "operator" if file.startswith("test_operator_") else file


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)
