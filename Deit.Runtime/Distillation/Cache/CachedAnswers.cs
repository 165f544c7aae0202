using System.Collections.Immutable;
using Deit.Training;

namespace Deit.Distillation.Cache;

/// <summary>What <c>key.json</c> says.</summary>
/// <param name="Format">The version of the folder's form.</param>
/// <param name="Teacher">Who answered.</param>
/// <param name="Key">To what, see <see cref="TeacherCacheKey"/>.</param>
internal sealed record CachedAnswers(int Format, TeacherSummary Teacher, ImmutableSortedDictionary<string, string> Key);
