import Foundation
import Hummingbird
import Inventory
import Journal
import Reconcile
import Synchronization

/// Time and loops in the hands of a test. With `BOOTLATCH_STEPPED=FOLDER` the daemon takes both clocks from `FOLDER/clock` (UTC seconds,
/// then seconds of the monotonic clock), its poll, write and beat loops idle, and routes of the control socket run one pass of
/// them. Debug builds only.
enum Stepped {
    #if DEBUG
        static let variable: String? = "BOOTLATCH_STEPPED"
        private static let folder = ProcessInfo.processInfo.environment["BOOTLATCH_STEPPED"]
        /// Sightings that nobody has looked at yet.
        private static let unseen = Mutex(0)
        private static let looks = WakeUp()

        /// What the clocks say; nil where they are the machine's own.
        static var hands: (wall: Instant, monotonic: Int64)? {
            guard let folder else { return nil }
            let text = FileManager.default.contents(atPath: folder + "/clock").map {
                String(decoding: $0, as: UTF8.self)
            }
            let numbers = text?.split(whereSeparator: \.isWhitespace).compactMap { Int64($0) } ?? []
            guard numbers.count == 2 else {
                // The real time would make a test pass or fail by chance.
                note("BOOTLATCH_STEPPED: \(folder)/clock holds no two numbers")
                exit(2)
            }
            return (Instant(seconds: numbers[0]), numbers[1])
        }

        /// A loop that waits for its end, in place of this one.
        static func idle(_ loop: @escaping @Sendable () async -> Void) -> @Sendable () async -> Void {
            guard folder != nil else { return loop }
            return { while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) } }
        }

        static func saw() { unseen.withLock { $0 += 1 } }

        static func looked() {
            unseen.withLock { $0 -= 1 }
            looks.wake()
        }

        /// One pass of the write loop and of the beat loop; the end of what sightings bring about; the named point of the next crash.
        static func addRoutes(to router: Router<BasicRequestContext>, _ daemon: Daemon) {
            guard folder != nil else { return }
            router.post("/v1/stepped/flush") { _, _ in
                do {
                    return try await daemon.writeBack.flush()?.hex ?? "nothing to write"
                } catch let error as WriteBackError {
                    return "nothing written: \(error)"
                }
            }
            router.post("/v1/stepped/sweep") { _, _ in
                try await daemon.journal.sweep(at: daemon.clock.now).map(\.text).joined(separator: " ")
            }
            router.post("/v1/stepped/settle") { _, _ in
                while unseen.withLock({ $0 }) > 0 { _ = await looks.wait(atMost: .seconds(1)) }
                return "settled"
            }
            router.post("/v1/stepped/crash") { request, _ in
                Crash.next.withLock { $0 = request.uri.queryParameters["at"].map(String.init) }
                return "armed"
            }
        }
    #else
        static let variable: String? = nil
        static let hands: (wall: Instant, monotonic: Int64)? = nil
        static func idle(_ loop: @escaping @Sendable () async -> Void) -> @Sendable () async -> Void { loop }
        static func saw() {}
        static func looked() {}
        static func addRoutes(to router: Router<BasicRequestContext>, _ daemon: Daemon) {}
    #endif
}
