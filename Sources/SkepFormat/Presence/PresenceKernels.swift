/// Loops over presence bits.
enum PresenceKernels {
    /// Looks up 64 codes for each word: bit i is `members[codes[64 * word + i]]`.
    ///
    /// - Parameters:
    ///   - codes: `wordCount * 64` codes, each below the count of members.
    ///   - members: 0 or 1 for each code.
    static func lookUp(
        _ codes: UnsafePointer<UInt16>, members: UnsafePointer<UInt8>, wordCount: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        for word in 0..<wordCount {
            let group = codes + word &* 64
            var bits: UInt64 = 0
            var index = 0
            // Eight at a time: independent loads, one dependent step for each group of eight.
            while index < 64 {
                var byte = UInt64(members[Int(group[index])])
                byte |= UInt64(members[Int(group[index &+ 1])]) &<< 1
                byte |= UInt64(members[Int(group[index &+ 2])]) &<< 2
                byte |= UInt64(members[Int(group[index &+ 3])]) &<< 3
                byte |= UInt64(members[Int(group[index &+ 4])]) &<< 4
                byte |= UInt64(members[Int(group[index &+ 5])]) &<< 5
                byte |= UInt64(members[Int(group[index &+ 6])]) &<< 6
                byte |= UInt64(members[Int(group[index &+ 7])]) &<< 7
                bits |= byte &<< UInt64(truncatingIfNeeded: index)
                index &+= 8
            }
            words[word] = bits
        }
    }
}
