// What the control API answers; `-o json` prints these as they are. Fields are added, never renamed.

/// `GET /v1/status`
package struct StatusReply: Codable, Sendable, Equatable {
    package var remote: RemoteStatus
    package var journal: JournalStatus
    package var hosts: [HostStatus]
    package var intents: [IntentStatus]
    package var diagnostics: [String]
    /// A maintenance stop of everything: nobody netboots, and nothing is written back.
    package var suspended: StopReply?
}

package struct RemoteStatus: Codable, Sendable, Equatable {
    package var url: String
    package var branch: String
    /// The processed tip, 40 hexadecimal digits.
    package var tip: String?
    /// RFC 3339, UTC.
    package var lastGoodFetch: String?
    /// Why the last pass failed.
    package var trouble: String?
    /// Since when passes fail, RFC 3339.
    package var troubleSince: String?
}

package struct JournalStatus: Codable, Sendable, Equatable {
    package var writable: Bool
    /// Why it can't be read.
    package var trouble: String?
    /// It was older than what it had written to the repo, and hosts are held for that.
    package var old: String?
}

package struct StopReply: Codable, Sendable, Equatable {
    package var reason: String
    /// `file:line:column`
    package var location: String
}

package struct HostStatus: Codable, Sendable, Equatable {
    /// `namespace/name`, or the name alone.
    package var host: String
    package var interfaces: [InterfaceStatus]
}

package struct InterfaceStatus: Codable, Sendable, Equatable {
    package var mac: String
    /// `netboot`, `localBoot` or `ignore`.
    package var decision: String
    /// `armed`, `off`, `installing`, `spent:provisioned`, `held:firstSight`, ...
    package var reason: String
    /// What it means and what changes it.
    package var explanation: String
    /// What last turned it on or off.
    package var since: ProvenanceReply?
    package var arming: ArmingReply?
}

package struct ProvenanceReply: Codable, Sendable, Equatable {
    package var commit: String
    package var author: String
    package var committedAt: String
    /// `file:line:column`
    package var location: String
}

package struct ArmingReply: Codable, Sendable, Equatable {
    package var id: String
    package var armedBy: ProvenanceReply
    package var seenAt: String
    package var deadline: String
    /// Boots so far, and allowed: with the kernel served whole, and without.
    package var fullBoots: Int
    package var fullAttempts: Int
    package var earlyBoots: Int
    package var earlyAttempts: Int
    package var ending: String?
    package var endedAt: String?
    package var evidence: String?
}

package struct IntentStatus: Codable, Sendable, Equatable {
    package var host: String
    package var mac: String
    /// `owed`, `blocked` or `stopped`.
    package var state: String
    package var reason: String
    package var blockedBy: String?
    package var since: String
}

/// `GET /v1/why`
package struct WhyReply: Codable, Sendable, Equatable {
    package var host: String
    package var interfaces: [WhyInterface]
    /// The name that was asked about, where its machine stands under another one now.
    package var formerly: String?
}

package struct WhyInterface: Codable, Sendable, Equatable {
    package struct Rule: Codable, Sendable, Equatable {
        package var rule: String
        package var question: String
        /// Nil where the rule has nothing against it.
        package var refusal: String?
        /// `file:line:column` of what decided; nil where that is in no file.
        package var location: String?
        /// The commit that did it, or that wrote what stands there; nil where none is known.
        package var commit: String?
        package var author: String?
        package var committedAt: String?
    }

    /// What a policy asks of the commit that arms it.
    package struct Condition: Codable, Sendable, Equatable {
        package var condition: String
        package var location: String?
        package var commit: String?
        package var author: String?
        package var committedAt: String?
    }

    /// How one kind of client is refused, by a policy's `refuse` or by default.
    package struct Refuse: Codable, Sendable, Equatable {
        /// `pxe`, `http`, `bios` or `uefi`.
        package var field: String
        package var value: String
        /// Nil for the default.
        package var location: String?
        package var commit: String?
        package var author: String?
        package var committedAt: String?
    }

    package var status: InterfaceStatus
    package var rules: [Rule]
    package var conditions: [Condition]
    /// Empty where the machine may netboot.
    package var refuse: [Refuse]
    package var shown: ShownReply?
    /// Of a host that waits to be seen: machines that might be it, and why they are not bound to it.
    package var seen: [String] = []
    package var intent: IntentStatus?
    /// Why somebody turned it on or off, in the words of that commit (`Bootlatch-Reason`).
    package var because: String?
    /// What to do to change the answer.
    package var next: String
}

/// What a machine showed of itself when it last asked to boot.
package struct ShownReply: Codable, Sendable, Equatable {
    package var uuid: String?
    package var serial: String?
    /// When it first showed this.
    package var since: String
}

/// `GET /v1/events`, one to a line when followed.
package struct EventReply: Codable, Sendable, Equatable {
    package var sequence: Int64
    package var at: String
    package var kind: String
    package var host: String?
    package var mac: String?
    package var detail: String
    package var commit: String?
}

/// `POST /v1/reconcile`
package struct ReconcileReply: Codable, Sendable, Equatable {
    package struct Change: Codable, Sendable, Equatable {
        package var host: String
        package var mac: String
        package var before: String
        package var after: String
        package var since: ProvenanceReply?
    }

    package var tip: String?
    package var commits: [String]
    package var files: [String]
    package var changed: [Change]
    package var diagnostics: [String]
    package var failure: String?
}

package struct ReconcileRequest: Codable, Sendable, Equatable {
    /// Hosts whose holds are lifted.
    package var accept: [String]

    package init(accept: [String] = []) { self.accept = accept }

    package init(from decoder: any Decoder) throws {
        accept = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent([String].self, forKey: .accept) ?? []
    }
}

/// `POST /v1/arm` and `/v1/disarm`
package struct EditRequest: Codable, Sendable, Equatable {
    /// A host or a MAC.
    package var host: String
    package var reason: String?
    /// `arm` only: seconds after which the arming is to end, 60 or more.
    package var limit: Int64?
    /// Who the commit is by: the person at the terminal.
    package var author: String
    package var email: String

    package init(host: String, reason: String? = nil, limit: Int64? = nil, author: String, email: String) {
        self.host = host
        self.reason = reason
        self.limit = limit
        self.author = author
        self.email = email
    }
}

package struct EditReply: Codable, Sendable, Equatable {
    package var host: String
    package var mac: String
    /// Nil where the remote is away: refused at once, the commit owed.
    package var commit: String?
    package var did: String
    /// What is decided of the machine now, and what that means: a commit that arms may be held.
    package var reason: String
    package var explanation: String
    /// When the arming ends, where there is one.
    package var deadline: String?
}

/// `POST /v1/suspend` and `/v1/resume`
package struct SuspendRequest: Codable, Sendable, Equatable {
    /// A host or a MAC; nil for everything.
    package var host: String?
    package var reason: String?
    package var author: String
    package var email: String

    package init(host: String? = nil, reason: String? = nil, author: String, email: String) {
        self.host = host
        self.reason = reason
        self.author = author
        self.email = email
    }
}

package struct SuspendReply: Codable, Sendable, Equatable {
    /// Nil for everything.
    package var host: String?
    package var commit: String
    package var did: String
    /// What is suspended still, or now.
    package var suspended: StopReply?
}

/// Any answer that is not 200.
package struct ErrorReply: Codable, Sendable, Equatable {
    package var error: String

    package init(error: String) { self.error = error }
}
