using System.Globalization;
using Deit.Compiler.Diagnostics;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>What an operator does to an image that is the caller's own: it changes it, or puts another in its place.</summary>
internal delegate void OperatorKernel(ref RgbImage image, double argument, in OperatorSettings settings);

/// <summary>An operator on images, by the name and with the argument that timm's <c>auto_augment</c> gives it, equal to Pillow's to the byte.</summary>
public sealed class ImageOperator
{
    private readonly OperatorKernel _kernel;

    internal ImageOperator(string name, ArgumentKind argument, string meaning, OperatorKernel kernel)
    {
        (Name, Argument, Meaning) = (name, argument, meaning);
        _kernel = kernel;
    }

    /// <summary>Its name, such as <c>ShearX</c>.</summary>
    public string Name { get; }

    /// <summary>What it takes.</summary>
    public ArgumentKind Argument { get; }

    /// <summary>What its argument means, in words; empty where there is none.</summary>
    public string Meaning { get; }

    /// <summary>The least argument that makes sense; negative infinity for any.</summary>
    public double Least { get; internal init; } = double.NegativeInfinity;

    /// <summary>The greatest argument that makes sense; infinity for any.</summary>
    public double Greatest { get; internal init; } = double.PositiveInfinity;

    /// <summary>The operator of a name.</summary>
    /// <exception cref="DeitException">There is no such operator.</exception>
    public static ImageOperator Find(string name) => ImageOperators.All.FirstOrDefault(known => known.Name == name)
        ?? throw new DeitException(
            $"There is no operator '{name}'. {Suggestions.Sentence(name, ImageOperators.All.Select(static known => known.Name))}");

    /// <summary>Applies the operator to a copy of an image.</summary>
    /// <param name="image">The image; it is not changed.</param>
    /// <param name="argument">The argument; null for an operator without.</param>
    /// <param name="settings">What operators that turn, shear and move need besides.</param>
    /// <returns>The result, of the same size, to be disposed by the caller.</returns>
    /// <exception cref="DeitException">The argument is missing, or one too many, or makes no sense.</exception>
    public RgbImage Apply(RgbImage image, double? argument, in OperatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(image);
        double value = Check(argument);
        var copy = new RgbImage(image.Width, image.Height, image.Pixels);
        _kernel(ref copy, value, settings);
        return copy;
    }

    /// <summary>Refuses an argument that the operator cannot take.</summary>
    /// <returns>The argument; 0 for an operator without.</returns>
    /// <exception cref="DeitException">The argument is missing, or one too many, or makes no sense.</exception>
    public double Check(double? argument)
    {
        if (Argument == ArgumentKind.None)
        {
            return argument is null ? 0 : throw new DeitException($"{Name} takes no argument; leave it out.");
        }

        double value = argument ?? throw new DeitException($"{Name} needs an argument: {Meaning}.");
        bool isWhole = value == Math.Floor(value) && Math.Abs(value) < int.MaxValue;
        bool isAccepted = double.IsFinite(value) && value >= Least && value <= Greatest && (Argument == ArgumentKind.Number || isWhole);
        string kind = Argument == ArgumentKind.Number ? "a number" : "a whole number";
        string range = double.IsFinite(Least) ? string.Create(CultureInfo.InvariantCulture, $" from {Least} to {Greatest}") : "";
        return Deit.Check.Value($"{Name}'s argument", value, isAccepted, $"{kind}{range}: {Meaning}");
    }

    /// <summary>Applies the operator to an image of the caller's own, which takes the result.</summary>
    internal void Run(ref RgbImage image, double argument, in OperatorSettings settings) => _kernel(ref image, argument, settings);
}
