internal import ArgumentParser
internal import Audit

/// `audit`: what the record of operator mode is worth.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the audit log of operator mode.", subcommands: [Verify.self])

    /// `audit verify`: whether each record is whole and follows the one before it.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check that no record was changed, removed or moved.",
            discussion: """
                Prints how many records are in order, and the digest of the last one: compare it with one that was kept elsewhere, \
                since records cut off at the end leave no other trace. Exit code: 0 intact, 1 broken or unreadable, 3 intact \
                except for a last line that was never finished, as after a crash.
                """)

        @Argument(help: "The file that --audit-log named.")
        var file: String

        func run() throws {
            let verification: AuditVerification
            do throws(AuditError) {
                verification = AuditVerification(try AuditReading.file(file))
            } catch {
                // What a writer could do about it is no help to a reader.
                StandardError.say("\(error.message) Name a file that --audit-log has made and that you may read.")
                throw ExitCode(1)
            }
            try StandardOutput.say(verification.words(file))
            if verification.fault != nil { throw ExitCode(1) }
            if verification.tornBytes > 0 { throw ExitCode(3) }
        }
    }
}

extension AuditVerification {
    /// What was found, in a few lines.
    fileprivate func words(_ file: String) -> String {
        let records = "\(recordCount) record\(recordCount == 1 ? "" : "s")"
        var lines: [String] = []
        switch fault {
        case nil: lines.append("\(file): \(records), all in order.")
        case .notARecord:
            lines.append(
                "\(file): line \(faultLine ?? 0) is not a record of this agent, or was changed; \(records) before it are in order."
            )
        case .notConnected(let expected):
            lines.append(
                "\(file): line \(faultLine ?? 0) is not record \(expected): a record was removed, inserted or moved; "
                    + "\(records) before it are in order.")
        }
        if !interruptedLines.isEmpty {
            let numbers = interruptedLines.prefix(16).map(String.init).joined(separator: ", ")
            lines.append("Interrupted writes that later records account for: line \(numbers).")
        }
        if fault == nil, tornBytes > 0 {
            lines.append(
                "The last line was never finished (\(tornBytes) bytes): its writer was killed, or the disk was full.")
        }
        lines.append("Last record in order: \(recordCount) \(lastDigest)")
        return lines.joined(separator: "\n")
    }
}
