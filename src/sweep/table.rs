//! What was collected as text: a line a cell in CSV, a row a mix in Markdown.

use super::{Cell, Collected, Done, Family};
use crate::model::mix::Filling;

impl Collected {
    /// All cells, for a spreadsheet or a statistics program. Seconds are those of the cell alone.
    pub fn csv(&self) -> String {
        let head = "seed,mix,site,method,size,bleu,bleu_low,bleu_high,bleu_difference,bleu_authors,chrf,parameters,r2,\
                    ms_per_sentence,teacher_seconds,distil_seconds,finetune_seconds,eval_seconds,sentences,beam,device,program\n";
        head.to_string() + &self.cells.iter().map(line).collect::<String>()
    }

    /// A row a mix, its numbers over seeds.
    pub fn markdown(&self) -> String {
        let several = self.points.iter().any(|point| point.seeds > 1);
        let spread = if several { "lowest to highest seed" } else { "95 %" };
        let mut text = format!(
            "| mix | seeds | BLEU | {spread} | against the teacher | chrF2 | parameters | R² | seconds a cell |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        );
        for point in &self.points {
            let difference = point.bleu_difference.map(|bleu| format!("{bleu:+.2}")).unwrap_or_default();
            let r2 = point.r2.map(|r2| format!("{r2:.2}")).unwrap_or_default();
            text += &format!(
                "| {} | {} | {:.2} | {:.2}–{:.2} | {difference} | {:.2} | {} | {r2} | {:.1} |\n",
                point.mix,
                point.seeds,
                point.bleu,
                point.bleu_low,
                point.bleu_high,
                point.chrf,
                thousands(point.parameters),
                point.seconds
            );
        }
        text
    }
}

fn line(done: &Done) -> String {
    let alone = done.cell().ok().and_then(|Cell { mix, .. }| mix.alone());
    let (site, method, size) = match alone {
        Some((site, Filling::Net(kind))) => (site.code(), Family::of(kind).to_string(), kind.size.code()),
        Some((site, filling)) => (site.code(), filling.to_string(), ""),
        None => ("", String::new(), ""),
    };
    let row = &done.row;
    let difference = row.difference.as_ref().map(|difference| difference.bleu.to_string()).unwrap_or_default();
    let r2 = match row.r2.len() {
        0 => String::new(),
        count => (row.r2.values().sum::<f64>() / count as f64).to_string(),
    };
    let cells = [
        done.seed.to_string(),
        quoted(&done.mix),
        site.into(),
        method,
        size.into(),
        row.bleu.to_string(),
        row.bleu_low.to_string(),
        row.bleu_high.to_string(),
        difference,
        row.bleu_authors.to_string(),
        row.chrf.to_string(),
        row.parameters.to_string(),
        r2,
        row.ms_per_sentence.to_string(),
        done.seconds.teacher.to_string(),
        done.seconds.distil.to_string(),
        done.seconds.finetune.to_string(),
        done.seconds.eval.to_string(),
        row.sentences.to_string(),
        row.beam.to_string(),
        quoted(&done.device),
        quoted(&done.program),
    ];
    cells.join(",") + "\n"
}

/// A cell of CSV (RFC 4180).
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.into(),
    }
}

/// A whole number with a comma every three digits.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let commas = |(index, digit)| match index {
        0 => vec![digit],
        index if (digits.len() - index).is_multiple_of(3) => vec![',', digit],
        _ => vec![digit],
    };
    digits.chars().enumerate().flat_map(commas).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::{
        collect,
        collect::tests::{Cells, done},
    };

    #[test]
    fn numbers_are_in_their_columns() {
        let cells = [("1.teacher", 50.0), ("2.teacher", 52.5), ("1.enc=alr-m", 40.25), ("1.enc=none,self=none", 8.0)];
        let folder = Cells::new("tables", &cells.map(|(cell, bleu)| done(cell, bleu)));
        let found = collect(&folder.0).unwrap();
        let csv = found.csv();
        let lines = csv.lines().collect::<Vec<_>>();
        assert_eq!(lines.len(), 5);
        assert!(lines[0].starts_with("seed,mix,site,method,size,bleu,"));
        let expected = "1,enc=alr-m,enc,alr,m,40.25,38.25,41.25,-9.75,43.25,50.25,1001,0.4025,2.5,0,3,0,1,10,1,CPU,0";
        assert_eq!(lines[3], expected);
        assert_eq!(lines[0].split(',').count(), expected.split(',').count());
        assert!(lines[4].starts_with("1,\"enc=none,self=none\",,,,8,"), "{}", lines[4]);
        let table = found.markdown();
        let expected = "| teacher | 2 | 51.25 | 50.00–52.50 |  | 61.25 | 1,002 |  | 4.5 |";
        assert_eq!(table.lines().nth(2), Some(expected));
        assert_eq!(table.lines().count(), 5);
    }

    #[test]
    fn digits_in_threes() {
        assert_eq!([0, 12, 999, 1000, 1_227_496].map(thousands), ["0", "12", "999", "1,000", "1,227,496"]);
    }
}
