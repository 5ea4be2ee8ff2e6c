import SkepModel
import Testing

/// Days and dates against a calendar that is counted day by day.
@Suite struct CalendarTimeTests {
    private static let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    private func length(of month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return Self.lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
    }

    @Test func everyDayOfEightCenturiesHasItsNumberAndBack() {
        // 1600-01-01 lies 370 years of 365 days and 90 leap days before the epoch.
        var number = -(370 * 365 + 90)
        for year in 1_600...2_400 {
            for month in 1...12 {
                for day in 1...length(of: month, year) {
                    let date = CalendarTime.date(daysSinceEpoch: number)
                    let isRight =
                        CalendarTime.daysSinceEpoch(year: year, month: month, day: day) == number
                        && date == (year, month, day)
                    if !isRight {
                        Issue.record("day \(number), \(year)-\(month)-\(day), read as \(date)")
                        return
                    }
                    number += 1
                }
            }
        }
        #expect(number == CalendarTime.daysSinceEpoch(year: 2_401, month: 1, day: 1))
    }

    @Test func knownDaysHaveTheirNumbers() {
        #expect(CalendarTime.daysSinceEpoch(year: 1970, month: 1, day: 1) == 0)
        #expect(CalendarTime.daysSinceEpoch(year: 2000, month: 3, day: 1) == 11_017)
        #expect(CalendarTime.daysSinceEpoch(year: 0, month: 3, day: 1) == -719_468)
        #expect(CalendarTime.date(daysSinceEpoch: -719_469) == (0, 2, 29))
    }

    @Test func dayOfATimeIsRoundedDown() {
        let day = CalendarTime.nanosecondsPerDay
        for number: Int64 in [-106_751, -2, -1, 0, 1, 20_000, 106_750] {
            #expect(CalendarTime.day(of: number * day) == number)
            #expect(CalendarTime.day(of: number * day + 1) == number)
            #expect(CalendarTime.day(of: number * day + day - 1) == number)
        }
        #expect(CalendarTime.day(of: .min) == -106_752)
        #expect(CalendarTime.day(of: .max) == 106_751)
    }
}
