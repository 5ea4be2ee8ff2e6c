internal import CSkepKernels

/// How the process deals with memory that was freed.
package enum FreedMemory {
    /// Smaller blocks are made so often that clearing them anew costs a load a tenth of its time.
    private static let leastReturnedBytes = 4 << 20

    /// Gives large blocks back to the system when they are freed: work that frees one column
    /// before it makes the next then holds no more than it counts.
    ///
    /// The rule of glibc keeps blocks of up to 32 MiB once one of that size was freed, which
    /// raises the peak of a load by a third. For programs that load or join, not for a library to
    /// decide; a program of queries makes and frees many blocks, and the system would clear each
    /// anew.
    package static func returnLargeBlocks() { skep_return_freed_blocks(leastReturnedBytes) }

    /// Gives everything that was freed back to the system, small blocks too.
    ///
    /// For the step from one kind of work to another, whose blocks have other sizes and would not
    /// fit the gaps: takes milliseconds.
    package static func returnAll() { skep_return_all_freed() }
}
