using System.Globalization;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>What steps draw and say of it.</summary>
internal static class Drawn
{
    /// <summary>A name and a number: <c>rotate 27</c>.</summary>
    public static string Text(string name, double value) => string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.##}");

    /// <summary>A number between two others, each as likely.</summary>
    public static double NextUniform(this RandomStream random, double least, double greatest) =>
        least + ((greatest - least) * random.NextDouble());
}
