//! Tables for people.

use crate::progress::duration;
use attentionless::{
    plan::{NetPlan, Plan},
    score::Report,
};
use std::collections::BTreeSet;

/// Scores, a row a mix.
pub fn rows(report: &Report) -> String {
    let head = ["mix", "BLEU", "95 %", "vs teacher", "nltk BLEU*", "chrF2", "parameters", "ms/sent.**", "R² by layer"];
    let cells = report.rows.iter().map(|row| {
        let r2 = row.r2.iter().map(|(place, r2)| format!("{place} {r2:.2}")).collect::<Vec<_>>().join(" ");
        let against = row
            .difference
            .as_ref()
            .map_or("—".into(), |difference| format!("{:+.2} ({})", difference.bleu, difference.verdict));
        vec![
            row.mix.clone(),
            format!("{:.2}", row.bleu),
            format!("{:.2}–{:.2}", row.bleu_low, row.bleu_high),
            against,
            format!("{:.2}", row.bleu_authors),
            format!("{:.2}", row.chrf),
            row.parameters.to_string(),
            format!("{:.1}", row.ms_per_sentence),
            r2,
        ]
    });
    let text = aligned(&head, &cells.collect::<Vec<_>>());
    let (corpus, direction, split, sentences) = (&report.corpus, &report.direction, &report.split, report.sentences);
    let seconds = &report.seconds;
    format!(
        "\n{corpus}, {direction}, {sentences} sentences of {split}; recipe {}\n\n{text}\n\
         BLEU {}\n* in the authors' convention: on words, with <s> and </s> counted\n** {}\n\
         seconds: teacher {:.0}, nets {:.0}, scores {:.0}\n",
        &report.recipe[..12.min(report.recipe.len())],
        report.signature,
        timing(report),
        seconds.teacher,
        seconds.distil,
        seconds.eval
    )
}

/// What the milliseconds are of; rows may have been timed on several devices.
fn timing(report: &Report) -> String {
    let ways = report.rows.iter().map(|row| (row.timed, &row.device)).collect::<BTreeSet<_>>();
    let way = |(timed, device): &(usize, &String)| match timed {
        0 => "in batches, as older rows have it".to_string(),
        _ => format!("the median of {timed} sentences one by one, after warm-ups, on {device}"),
    };
    ways.iter().map(way).collect::<Vec<_>>().join("; ")
}

/// What nets cost.
pub fn nets(rows: &[NetPlan]) -> String {
    let variant = |row: &NetPlan| row.variant.map(|variant| format!("+{variant}")).unwrap_or_default();
    let named = rows.iter().map(|row| (format!("{} {}-{}{}", row.site, row.method, row.size, variant(row)), row));
    costs(&named.collect::<Vec<_>>())
}

fn costs(rows: &[(String, &NetPlan)]) -> String {
    let head = ["net", "hidden", "parameters", "training", "activations", "largest buffer"];
    let cells = rows.iter().map(|(name, row)| {
        vec![
            name.clone(),
            row.hidden.to_string(),
            match row.parameters_all_heads {
                Some(all) => format!("{all} ({} a head)", row.parameters),
                None => row.parameters.to_string(),
            },
            bytes(row.training_bytes),
            bytes(row.activation_bytes),
            bytes(row.largest_buffer_bytes),
        ]
    });
    aligned(&head, &cells.collect::<Vec<_>>())
}

/// What a run costs.
pub fn plan(plan: &Plan) -> String {
    let teacher = &plan.teacher;
    let mut text = format!(
        "recipe   {}\nteacher  {} parameters, {} in training, {} of activations, largest buffer {}\n",
        &plan.recipe[..12],
        teacher.parameters,
        bytes(teacher.training_bytes),
        bytes(teacher.activation_bytes),
        bytes(teacher.largest_buffer_bytes)
    );
    if !plan.nets.is_empty() {
        let attention = teacher.attention_parameters;
        text += &format!("nets     one attention has {attention} parameters of queries, keys and values\n\n");
        let named = plan.nets.iter().map(|net| (net.net.clone(), &net.plan));
        text += &costs(&named.collect::<Vec<_>>());
    }
    if let Some(seconds) = &plan.seconds {
        text += &format!(
            "\ntime     teacher {}, nets {} (from {:.0} GFLOP/s, measured on this device now)\n",
            duration(seconds.teacher),
            duration(seconds.nets),
            seconds.gflops
        );
    }
    text
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.2} GB", count as f64 / 1e9),
    }
}

/// Columns as wide as their widest cell; the first to the left, the others to the right.
fn aligned(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths = (0..head.len()).map(width).collect::<Vec<_>>();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n"
    };
    let mut text = line(&mut head.iter().copied());
    text += &(widths.iter().map(|&width| "─".repeat(width)).collect::<Vec<_>>().join("  ") + "\n");
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}
