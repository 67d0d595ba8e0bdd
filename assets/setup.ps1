$ErrorActionPreference = 'Stop'
$project = $PSScriptRoot
$scratch = Join-Path ([IO.Path]::GetTempPath()) ('uv-wizard-' + [Guid]::NewGuid())
$null = New-Item -ItemType Directory -Path $scratch

function Stop-Here([string]$why) { [Console]::Error.WriteLine("stopped: $why"); exit 1 }

# sha256 of a file, - where there is none
function Get-Sum([string]$path) {
    if (Test-Path -LiteralPath $path -PathType Leaf) { (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash.ToLowerInvariant() } else { '-' }
}

# stops where the file is none of these
function Test-Planned([string]$path, [string[]]$sums) {
    if ($sums -cnotcontains (Get-Sum $path)) {
        Stop-Here "$path is not what the plan saw; nothing was changed. Make the script again with: uv-wizard export script"
    }
}

function Join-Text([string[]]$lines, [string]$newline, [string]$end) {
    return , [Text.Encoding]::UTF8.GetBytes(($lines -join $newline) + $end)
}

# the bytes between so many of the file's front and end
function Join-Between([string]$path, [int]$front, [int]$back, [byte[]]$middle) {
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) { return , $middle }
    $old = [IO.File]::ReadAllBytes($path)
    $new = New-Object IO.MemoryStream
    $new.Write($old, 0, [Math]::Min($front, $old.Length))
    $new.Write($middle, 0, $middle.Length)
    $new.Write($old, [Math]::Max(0, $old.Length - $back), [Math]::Min($back, $old.Length))
    return , $new.ToArray()
}

function Write-Planned([string]$path, [string[]]$sums, [byte[]]$new) {
    if ($sums -ccontains (Get-Sum $path)) { Write-Output "is so already: $path"; return }
    $null = New-Item -ItemType Directory -Force -Path ([IO.Path]::GetDirectoryName($path))
    $fresh = "$path.uv-wizard-$PID"
    [IO.File]::WriteAllBytes($fresh, $new)
    if ((Get-Sum $fresh) -cne $sums[0]) { Remove-Item -LiteralPath $fresh; Stop-Here "the new text of $path is not whole: was this script edited?" }
    if (Test-Path -LiteralPath $path) {
        $kept = "$path.before-uv-wizard"
        if ($path.StartsWith($project)) { $kept = [NullString]::Value }  # git has the old one
        [IO.File]::Replace($fresh, $path, $kept)
    }
    else { [IO.File]::Move($fresh, $path) }
    Write-Output "written: $path"
}

function Add-Lines([string]$path, [string[]]$lines) {
    $null = New-Item -ItemType Directory -Force -Path ([IO.Path]::GetDirectoryName($path))
    $there = if (Test-Path -LiteralPath $path) { [IO.File]::ReadAllLines($path) } else { @() }
    [IO.File]::AppendAllLines($path, [string[]]@($lines | Where-Object { $there -cnotcontains $_ }))
}

# one value of this user's environment; a program that is started afterwards has it
function Set-Variable-Of-User([string]$name, [string]$kind, $before, $after) {
    $key = Get-Item -LiteralPath 'HKCU:\Environment'
    $now = $key.GetValue($name, $null, 'DoNotExpandEnvironmentNames')
    if ($now -ceq $after) { Write-Output "is so already: $name"; return }
    if ($now -cne $before) { Stop-Here "$name is not what the plan saw ($now); make the script again with: uv-wizard export script" }
    if ($null -eq $after) { Remove-ItemProperty -LiteralPath 'HKCU:\Environment' -Name $name }
    else { Set-ItemProperty -LiteralPath 'HKCU:\Environment' -Name $name -Value $after -Type $kind }
    [Environment]::SetEnvironmentVariable('UV_WIZARD_TOLD', $null, 'User')
    Write-Output "written: $name"
}

# a folder at the front of this user's PATH
function Add-Path-Of-User([string]$folder) {
    $key = Get-Item -LiteralPath 'HKCU:\Environment'
    $now = [string]$key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
    if (($now -split ';') -contains $folder) { Write-Output 'is so already: Path'; return }
    $after = (@($folder) + @($now -split ';' | Where-Object { $_ })) -join ';'
    Set-ItemProperty -LiteralPath 'HKCU:\Environment' -Name 'Path' -Value $after -Type ExpandString
    [Environment]::SetEnvironmentVariable('UV_WIZARD_TOLD', $null, 'User')
    Write-Output 'written: Path'
}

function Test-Uv([string]$path) {
    if (-not $path -or -not (Get-Command $path -ErrorAction SilentlyContinue)) { return $false }
    $found = ((& $path --version) -split ' ')[1]
    if ($version) { return $found -ceq $version }
    return [Version]($found -replace '[^0-9.].*$', '') -ge [Version]$least
}

# a command in a folder, with variables that are gone again afterwards
function Invoke-Step([string]$folder, [hashtable]$variables, [string]$program, [string[]]$words) {
    $before = @{}
    foreach ($name in $variables.Keys) { $before[$name] = [Environment]::GetEnvironmentVariable($name); [Environment]::SetEnvironmentVariable($name, $variables[$name]) }
    Push-Location -LiteralPath $folder
    try { & $program @words; $code = $LASTEXITCODE } finally {
        Pop-Location
        foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
    }
    if ($code -ne 0) { exit $code }
}
