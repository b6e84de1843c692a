import EventLoop
import JSON
import Synchronization

extension StdioServer {
    func readLines() async {
        var lines = LineBuffer(limit: limits.line)
        while (try? await loop.waitReadable(input)) != nil {
            switch lines.fill(from: input) {
            case .bytes:
                await takeLines(&lines)
            case .nothingYet:
                continue
            case .end:
                _ = lines.lastLine { receive($0) }
                return
            case .failed(let code):
                state.withLock { if $0.end == nil { $0.end = .inputFailed(code) } }
                _ = lines.lastLine { receive($0) }
                return
            }
        }
    }

    private func takeLines(_ lines: inout LineBuffer) async {
        while !Task.isCancelled {
            if state.withLock({ isFull(&$0) }) {
                flush()
                await roomAgain.wait()
            } else if lines.nextLine({ receive($0) }) == nil {
                break
            }
        }
        flush()
    }

    private func isFull(_ state: inout State) -> Bool {
        state.isReaderPaused = state.outbox.count > limits.output
        return state.isReaderPaused
    }

    /// Lets a paused reader look again, after something has become less.
    func offerRoom(_ state: inout State) {
        guard state.isReaderPaused, !isFull(&state) else { return }
        roomAgain.fire()
    }

    private func receive(_ line: LineBuffer.Line) {
        // A task is cancelled outside the lock, since its cancellation handlers ask for the lock.
        var cancelled: [Task<Void, Never>] = []
        state.withLock { state in
            state.lastLine = .now
            switch line {
            case .overlong:
                state.session.refuseLine(longerThan: limits.line, into: &state.outbox.incoming)
            case .text(let text) where !text.allSatisfy(isBlank):
                state.session.freePlaces = limits.calls - state.tasks.count
                for action in state.session.receive(text, into: &state.outbox.incoming) {
                    act(action, &state, &cancelled)
                }
            case .text:
                break
            }
        }
        for task in cancelled { task.cancel() }
    }

    private func act(_ action: SessionAction, _ state: inout State, _ cancelled: inout [Task<Void, Never>]) {
        switch action {
        case .start(let call):
            state.tasks[call.key] = Task(executorPreference: loop) {
                let outcome = await call.run(on: self)
                self.finish(call.key, with: outcome)
            }
        case .cancel(let key, _):
            // It stays in the table until its handler has come back, since it goes on using memory until then.
            if let task = state.tasks[key] { cancelled.append(task) }
        case .ask(let keys):
            for key in keys { state.session.askHeldBack(key, into: &state.outbox.incoming) }
        case .answer(let key, let answers):
            state.waiting.removeValue(forKey: key)?.resume(returning: .success(answers))
        case .refuse(let key, let error):
            state.waiting.removeValue(forKey: key)?.resume(returning: .failure(error))
        case .listen:
            break
        }
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
