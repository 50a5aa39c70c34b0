//! The rows about making thumbnails: Salon against `vipsthumbnail` and the `image` crate.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Map, json};

use crate::Outcome;
use crate::corpus::Corpus;
use crate::grid::spread;
use crate::results::{Results, Row, is_wanted};
use crate::stats::{goes_first, median};
use crate::thumbnails::{Maker, quality, vips_version, without};

const VIPS: &str = "thumbnails_cpu_vs_vipsthumbnail";
const IMAGE: &str = "thumbnails_cpu_vs_image_crate";
const SSIM: &str = "thumbnails_ssim";

/// What the similarity to the reference must be in the middle, and in the worst case.
const LEAST_SSIM: (f64, f64) = (0.99, 0.95);

/// Measures every row about thumbnails that is wanted.
pub(crate) fn measure(
    results: &mut Results,
    corpus: &Corpus,
    target: &Path,
    (filter, n_runs): (&str, usize),
) -> Outcome<()> {
    if !is_wanted(filter, &[VIPS, IMAGE, SSIM]) {
        return Ok(());
    }
    crate::say("thumbnails of the whole corpus");
    let folder = |maker: Maker| target.join(format!("made-by-{maker:?}"));
    let vips = vips_version();
    let mut makers = vec![Maker::Salon, Maker::ImageCrate];
    if vips.is_some() {
        makers.push(Maker::Vips);
    } else {
        results
            .missing
            .push(format!("{VIPS}: vipsthumbnail is not installed"));
    }
    // Reads every file once, so that all of them are in memory for everybody.
    let mut failed = HashSet::new();
    for maker in &makers {
        let (_, lacking) = maker.run(&corpus.files, &folder(*maker))?;
        for file in &lacking {
            crate::say(&format!("  {maker:?} makes nothing of {}", file.display()));
        }
        if *maker == Maker::Salon && !lacking.is_empty() {
            let text = format!("thumbnails: Salon makes none of {} files", lacking.len());
            results.failures.push(text);
        }
        failed.extend(lacking);
    }
    let files = without(&corpus.files, &failed);
    let mut seconds = vec![Vec::new(); makers.len()];
    for round in 0..n_runs {
        let mut order: Vec<usize> = (0..makers.len()).collect();
        if !goes_first(round) {
            order.reverse();
        }
        for place in order {
            let (cpu_secs, lacking) = makers[place].run(&files, &folder(makers[place]))?;
            if !lacking.is_empty() {
                let text = format!("{:?} made {} fewer", makers[place], lacking.len());
                return Err(text.into());
            }
            crate::say(&format!("  {:?}: {cpu_secs:.2} s", makers[place]));
            seconds[place].push(cpu_secs);
        }
    }
    let alike = quality(&files, &folder(Maker::Salon))?;
    add_similarity(results, &alike);
    let mut rows = vec![(IMAGE, "image 0.25 thumbnail()".to_owned(), &seconds[1])];
    if let Some(version) = vips {
        rows.push((VIPS, version, &seconds[2]));
    }
    for (name, peer, theirs) in rows {
        let mut more = spread(&seconds[0], theirs);
        more.insert("files".to_owned(), json!(files.len()));
        more.insert("left_out".to_owned(), json!(failed.len()));
        results.add(Row {
            name: name.to_owned(),
            value: median(&seconds[0]).unwrap_or(f64::NAN),
            unit: "CPU s".to_owned(),
            peer: Some((peer, median(theirs).unwrap_or(f64::NAN))),
            runs: n_runs,
            more,
        });
    }
    Ok(())
}

fn add_similarity(results: &mut Results, alike: &[(f64, std::path::PathBuf)]) {
    let numbers: Vec<f64> = alike.iter().map(|(alike, _)| *alike).collect();
    let middle = median(&numbers).unwrap_or(f64::NAN);
    let worst = numbers.first().copied().unwrap_or(f64::NAN);
    for (number, file) in alike.iter().take(5) {
        crate::say(&format!("  SSIM {number:.4}: {}", file.display()));
    }
    let is_good = middle >= LEAST_SSIM.0 && worst >= LEAST_SSIM.1;
    if !is_good {
        let (least, least_worst) = LEAST_SSIM;
        results.failures.push(format!(
            "thumbnails: SSIM {middle:.4}, worst {worst:.4}; must be ≥ {least} and ≥ {least_worst}"
        ));
    }
    let mut more = Map::new();
    more.insert("worst".to_owned(), json!(worst));
    results.add(Row {
        name: SSIM.to_owned(),
        value: middle,
        unit: format!("median, worst {worst:.4}"),
        peer: None,
        runs: 1,
        more,
    });
}
