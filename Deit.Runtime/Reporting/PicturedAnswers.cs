using System.Collections.Immutable;
using Deit.Data;

namespace Deit.Reporting;

/// <summary>An answer with its image.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Source">Where the image is from.</param>
/// <param name="Png">The image, no larger than a report shows it, as a PNG file.</param>
/// <param name="Side">The image's longer side, in pixels, as it came.</param>
internal sealed record PicturedAnswer(Answer Answer, string Source, ImmutableArray<byte> Png, int Side);

/// <summary>Answers that are shown with their images.</summary>
/// <param name="Wrong">The mistakes that the model was most certain of, those first.</param>
/// <param name="Right">Right answers, of as many classes as possible.</param>
internal sealed record PicturedAnswers(ImmutableArray<PicturedAnswer> Wrong, ImmutableArray<PicturedAnswer> Right)
{
    private const int EachKind = 12;
    private const int MaximumSide = 160;

    /// <summary>Chooses answers; the seed decides among the right ones.</summary>
    /// <param name="images">The images that were answered.</param>
    /// <param name="answers">An answer for each.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="DeitException">An image cannot be read.</exception>
    public static PicturedAnswers Choose(IImageDataset images, ImmutableArray<Answer> answers, long seed)
    {
        IEnumerable<Answer> wrong = answers.Where(static answer => !answer.IsRight).OrderByDescending(static answer => answer.Guesses[0].Probability);

        // A round after the other, in each of which every class has a turn.
        IEnumerable<Answer> right = Permutation.Of(seed, 0, answers.Length).Select(index => answers[index])
            .Where(static answer => answer.IsRight)
            .GroupBy(static answer => answer.Actual)
            .SelectMany(static ofClass => ofClass.Select(static (answer, round) => (answer, round)))
            .OrderBy(static turn => turn.round)
            .Select(static turn => turn.answer);
        return new(
            [.. wrong.Take(EachKind).Select(answer => Draw(images, answer))],
            [.. right.Take(EachKind).OrderBy(static answer => answer.Actual).Select(answer => Draw(images, answer))]);
    }

    private static PicturedAnswer Draw(IImageDataset images, Answer answer)
    {
        using RgbImage image = images.Load(answer.Index);
        int side = Math.Max(image.Width, image.Height);
        double scale = Math.Min(1, (double)MaximumSide / side);
        using RgbImage small = Resampling.Resize(image, Scaled(image.Width), Scaled(image.Height), ResamplingFilter.Bicubic);
        return new(answer, images.Describe(answer.Index), [.. PngEncoder.Encode(small)], side);

        int Scaled(int length) => Math.Max(1, (int)Math.Round(length * scale));
    }
}
