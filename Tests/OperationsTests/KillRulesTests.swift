import Operations
import Snapshots
import Testing
