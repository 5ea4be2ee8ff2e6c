internal import SkepModel

/// Reports of payloads that no encoder wrote.
enum Damage {
    /// An error that says what is wrong; whoever knows file and offset adds them.
    static func found(_ what: String) -> SkepError { SkepError(.corruption, what) }

    /// The error for an encoding that values of this type never have.
    static func wrongEncoding(_ encoding: EncodingID, for type: String) -> SkepError {
        found("encoding \(encoding.rawValue) cannot hold \(type)")
    }
}
