//! Counts from the JSON that vitest and Playwright write.

use serde_json::Value;

use crate::report::Tally;

/// None where the text is not vitest's report.
pub fn vitest(text: &str) -> Option<Tally> {
    let report: Value = serde_json::from_str(text).ok()?;
    let count = |name: &str| Some(report.get(name)?.as_u64()? as usize);
    let skipped = count("numPendingTests")? + report.get("numTodoTests").map_or(Some(0), |_| count("numTodoTests"))?;
    let mut tally = Tally { passed: count("numPassedTests")?, failed: count("numFailedTests")?, skipped };
    // A file that does not load has no cases to fail.
    let files = report["testResults"].as_array()?.iter();
    let broken = files.filter(|file| file["status"] == "failed" && !has_failed_case(file)).count();
    tally.failed += broken;
    if report["success"] != true && tally.failed == 0 {
        tally.failed = 1;
    }
    Some(tally)
}

fn has_failed_case(file: &Value) -> bool {
    file["assertionResults"].as_array().into_iter().flatten().any(|case| case["status"] == "failed")
}

/// None where the text is not Playwright's report.
pub fn playwright(text: &str) -> Option<Tally> {
    let report: Value = serde_json::from_str(text).ok()?;
    let count = |name: &str| report["stats"].get(name)?.as_u64().map(|count| count as usize);
    // A case that held only when tried again has not held; an error outside of all cases is one more.
    let outside = report["errors"].as_array().map_or(0, Vec::len);
    Some(Tally {
        passed: count("expected")?,
        failed: count("unexpected")? + count("flaky")? + outside,
        skipped: count("skipped")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vitest_counts_cases_and_files_that_do_not_load() {
        let text = r#"{"numTotalTests": 6, "numPassedTests": 3, "numFailedTests": 1, "numPendingTests": 1, "numTodoTests": 1, "success": false,
            "testResults": [{"status": "failed", "assertionResults": [{"status": "failed"}, {"status": "passed"}]},
                            {"status": "failed", "assertionResults": []}, {"status": "passed", "assertionResults": []}]}"#;
        assert_eq!(vitest(text), Some(Tally { passed: 3, failed: 2, skipped: 2 }));
    }

    #[test]
    fn vitest_without_success_has_failed() {
        let text =
            r#"{"numPassedTests": 3, "numFailedTests": 0, "numPendingTests": 0, "success": false, "testResults": []}"#;
        assert_eq!(vitest(text), Some(Tally { passed: 3, failed: 1, skipped: 0 }));
    }

    #[test]
    fn playwright_counts_flaky_cases_and_outer_errors_as_failed() {
        let text = r#"{"stats": {"expected": 7, "unexpected": 1, "flaky": 1, "skipped": 2}, "errors": [{"message": "no server"}]}"#;
        assert_eq!(playwright(text), Some(Tally { passed: 7, failed: 3, skipped: 2 }));
    }

    #[test]
    fn what_is_no_report_gives_no_counts() {
        for text in ["", "{}", "[]", "Error: no tests", r#"{"stats": {"expected": 1}}"#] {
            assert_eq!(vitest(text), None, "{text}");
            assert_eq!(playwright(text), None, "{text}");
        }
    }
}
